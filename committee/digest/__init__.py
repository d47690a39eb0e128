"""The digest: when it falls due, what it says, what has changed since the reader's last one."""
