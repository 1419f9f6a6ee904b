namespace Coffer.KeyBroker.Access.Issuers;

/// <summary>Where an issuer's keys come from.</summary>
internal interface IKeySource : IDisposable
{
    /// <summary>Reads the key set as it is now: at most <see cref="IssuerHttp.MostBytes"/> of JSON.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: it cannot be had.</exception>
    Task<byte[]> ReadAsync(CancellationToken cancellationToken);
}
