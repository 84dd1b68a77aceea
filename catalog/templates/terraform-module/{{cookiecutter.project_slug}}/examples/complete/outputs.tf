output "documents" {
  description = "Name of the bucket for documents."
  value       = module.documents.name
}
