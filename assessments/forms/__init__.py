"""What people type on the pages of values, read and checked for its shape; the import has `import_forms`."""
