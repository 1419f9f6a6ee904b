namespace Coffer.Jose.Keys;

/// <summary>What a JWK says about its own use (RFC 7517 sections 4.2 to 4.5).</summary>
internal sealed record JwkMetadata(string? Algorithm, string? KeyId, string? Use, IReadOnlyList<string>? Operations)
{
    public static readonly JwkMetadata None = new(null, null, null, null);

    public bool Permits(string use, params ReadOnlySpan<string> operations)
    {
        if (Use is not null && Use != use)
        {
            return false;
        }

        if (Operations is null)
        {
            return true;
        }

        foreach (var operation in operations)
        {
            if (Operations.Contains(operation))
            {
                return true;
            }
        }

        return false;
    }
}
