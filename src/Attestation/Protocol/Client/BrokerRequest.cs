namespace Coffer.Attestation.Protocol.Client;

/// <summary>One request to a broker.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Below the broker's address, without a leading slash; segments from outside escaped.</param>
/// <param name="MostAnswerBytes">A longer answer is a failure.</param>
public sealed record BrokerRequest(HttpMethod Method, string Path, int MostAnswerBytes)
{
    /// <summary>The body, or null for none.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The body's media type.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Goes into <c>Authorization: Bearer</c>.</summary>
    public string? Bearer { get; init; }

    /// <summary>Goes into the cookie <c>kbs-session-id</c>.</summary>
    public string? SessionId { get; init; }

    /// <summary>Keeps credentials out of every printed form.</summary>
    public override string ToString() => $"{Method} {Path}";
}
