namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>A way to put one question to a provider. Safe for several layers at once.</summary>
internal interface IProviderTransport : IDisposable
{
    /// <summary>How long a provider may take where nothing else is configured (nothing can be, in ocicrypt's file).</summary>
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Sends a request document and returns the answer document, which the caller zeroes.</summary>
    /// <exception cref="Oci.CofferException">The provider cannot be reached, refused or broke off; the message names it and says why.</exception>
    Task<byte[]> AskAsync(KeyProviderOperation operation, ReadOnlyMemory<byte> request, CancellationToken cancellationToken);
}
