namespace Coffer.Service.Logs;

/// <summary>What is logged to standard error, and how.</summary>
/// <param name="Json">One JSON object a line instead of text.</param>
/// <param name="Level">The least level that is logged.</param>
public sealed record LogSettings(bool Json = false, Microsoft.Extensions.Logging.LogLevel Level = Microsoft.Extensions.Logging.LogLevel.Information);
