"""The process behind the live path: `helpcenter live`. What arrives becomes segments here, whatever else is going on."""
