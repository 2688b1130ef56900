"""YouTube as a live platform, through its API (https://developers.google.com/youtube) or a server that follows its document."""
