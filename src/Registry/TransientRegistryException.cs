using Coffer.Oci;

namespace Coffer.Registry;

/// <summary>
/// An upload or a request broke where it could not be repeated from here: the content was read once and is gone.
/// The caller may begin again with content opened afresh; where that content is encrypted, under a new key.
/// </summary>
public sealed class TransientRegistryException : CofferException
{
    internal TransientRegistryException(string message, string? hint = null, Exception? inner = null)
        : base(message, ExitStatus.Unreachable, hint ?? "run the command again", inner)
    {
    }

    /// <inheritdoc/>
    public override bool IsTransient => true;
}
