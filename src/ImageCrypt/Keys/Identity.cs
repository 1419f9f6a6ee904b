namespace Coffer.ImageCrypt.Keys;

/// <summary>
/// Something that may open packets: a private key, a certificate, an OpenPGP keyring, a token's key, a provider.
/// Holds secrets; the owner disposes it, which zeroes them.
/// </summary>
public abstract class Identity(string source) : IDisposable
{
    /// <summary>As the user named it, without any password: a path, or <c>provider:NAME</c>.</summary>
    public string Source { get; } = source;

    /// <summary>Zeroes what is secret.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Zeroes what is secret.</summary>
    /// <param name="disposing">Always true; identities have no finalizer.</param>
    protected abstract void Dispose(bool disposing);

    /// <summary>The source: never key material.</summary>
    public sealed override string ToString() => Source;
}
