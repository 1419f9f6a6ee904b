using Coffer.Oci;

namespace Coffer.KeyBroker.Access.Issuers;

/// <summary>Keys in a file.</summary>
internal sealed class FileKeySource(string path) : IKeySource
{
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, useAsync: true);
            var content = new byte[IssuerHttp.MostBytes + 1];
            var length = await file.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return length <= IssuerHttp.MostBytes ? content[..length] : throw Unavailable($"has more than {IssuerHttp.MostBytes} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable($"cannot be read: {Printable.Of(e.Message)}", e);
        }
    }

    public void Dispose()
    {
    }

    private BrokerException Unavailable(string what, Exception? inner = null) => new(BrokerFault.Unavailable, $"the key set {Printable.Of(path)} {what}", null, inner);
}
