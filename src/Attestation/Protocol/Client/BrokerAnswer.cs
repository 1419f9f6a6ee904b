namespace Coffer.Attestation.Protocol.Client;

/// <summary>What a broker answered, whatever its status.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The whole body, within the bound asked for.</param>
/// <param name="RequestId">The header <c>X-Request-Id</c>, made printable; null without one.</param>
/// <param name="SessionId">The cookie <c>kbs-session-id</c> where one was set.</param>
public sealed record BrokerAnswer(int Status, byte[] Body, string? RequestId, string? SessionId)
{
    /// <summary>Whether the status says that it went well.</summary>
    public bool Succeeded => Status is >= 200 and < 300;
}
