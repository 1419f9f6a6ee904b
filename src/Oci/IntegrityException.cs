namespace Coffer.Oci;

/// <summary>What was read is not what its descriptor or MAC promised (<see cref="ExitStatus.Integrity"/>).</summary>
public sealed class IntegrityException(string message, string? hint = null, Exception? inner = null)
    : CofferException(message, ExitStatus.Integrity, hint, inner);
