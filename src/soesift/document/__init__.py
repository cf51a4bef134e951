"""Documents as pages of characters, lines and pictures: PDF, pictures by OCR, DOCX."""
