namespace Coffer.KeyBroker.Admin;

/// <summary>Puts down who was turned away.</summary>
internal interface IAccessWatch
{
    /// <summary>Somebody without a credential that holds. Many of these within a short time become one entry.</summary>
    Task UnauthenticatedAsync(string requestId, string reason, CancellationToken cancellationToken);

    /// <summary>Somebody who asks too often. Many of these within a short time become one entry.</summary>
    Task LimitedAsync(string requestId, string reason, CancellationToken cancellationToken);

    /// <summary>Somebody known who may not do that.</summary>
    Task DeniedAsync(string requestId, Caller caller, string route, string reason, CancellationToken cancellationToken);
}
