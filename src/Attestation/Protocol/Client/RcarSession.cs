namespace Coffer.Attestation.Protocol.Client;

/// <summary>One attestation that a broker accepted: the token, and the key that opens what comes for it. Disposal gives the key up.</summary>
public sealed class RcarSession : IDisposable
{
    internal RcarSession(ITeeKey key, string token, string? sessionId, string state) => (Key, Token, SessionId, State) = (key, token, sessionId, state);

    /// <summary>The private end of the key that was attested.</summary>
    internal ITeeKey Key { get; }

    /// <summary>The token, a JWT. It opens nothing without <see cref="Key"/>.</summary>
    public string Token { get; }

    /// <summary>The session's cookie, or null where the broker sent none.</summary>
    internal string? SessionId { get; }

    /// <summary>The machine's state when the evidence was collected; see <see cref="IAttester.ReadStateAsync"/>.</summary>
    internal string State { get; }

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();
}
