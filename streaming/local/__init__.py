"""The live path of this site: what arrives is kept in segments as it comes, shown as HLS, and put together at the end."""
