namespace Coffer.KeyBroker.Access.Issuers;

/// <summary>Keys at an address.</summary>
/// <param name="http">Fetches them; owned.</param>
/// <param name="address">Where they are.</param>
internal sealed class UrlKeySource(IssuerHttp http, Uri address) : IKeySource
{
    public Task<byte[]> ReadAsync(CancellationToken cancellationToken) => http.GetAsync(address, cancellationToken);

    public void Dispose() => http.Dispose();
}
