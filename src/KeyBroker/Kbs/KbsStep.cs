namespace Coffer.KeyBroker.Kbs;

/// <summary>Steps of the protocol, which give refusals their names.</summary>
internal enum KbsStep
{
    /// <summary>Nothing that is spoken here.</summary>
    None,

    /// <summary>A request for a challenge.</summary>
    Auth,

    /// <summary>Evidence for a token.</summary>
    Attest,

    /// <summary>A resource for an attested guest.</summary>
    Resource,

    /// <summary>Resources put and deleted by an administrator.</summary>
    Administration,
}
