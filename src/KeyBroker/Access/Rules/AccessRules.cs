namespace Coffer.KeyBroker.Access.Rules;

/// <summary>Who is let in beside the holders of the broker's own tokens.</summary>
/// <param name="Certificates">By client certificate; null for nobody.</param>
/// <param name="Issuers">By JSON Web Token.</param>
internal sealed record AccessRules(CertificateRules? Certificates, IReadOnlyList<IssuerRules> Issuers);
