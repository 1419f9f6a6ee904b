namespace Coffer.KeyBroker.Policies;

/// <summary>What a policy does where its condition holds.</summary>
public enum PolicyEffect
{
    /// <summary>Allows, unless another policy denies.</summary>
    Allow,

    /// <summary>Denies, whatever others allow.</summary>
    Deny,
}
