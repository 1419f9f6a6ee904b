namespace Coffer.KeyBroker.Audit.Checkpoints;

/// <summary>A checkpoint of the store.</summary>
/// <param name="Statement">What it says.</param>
/// <param name="Text">The compact JWS.</param>
internal sealed record SignedCheckpoint(AuditCheckpoint Statement, string Text);
