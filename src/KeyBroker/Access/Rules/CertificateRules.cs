namespace Coffer.KeyBroker.Access.Rules;

/// <summary>Whose client certificates count, and for what.</summary>
/// <param name="CaFile">PEM file with the roots, and intermediates where clients send none.</param>
/// <param name="Grants">At least one.</param>
internal sealed record CertificateRules(string CaFile, IReadOnlyList<GrantRule> Grants)
{
    /// <summary>Files with revocation lists; none where certificates are not held to any.</summary>
    public IReadOnlyList<string> RevocationFiles { get; init; } = [];
}
