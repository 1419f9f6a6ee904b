namespace Coffer.KeyBroker.Wrapping;

/// <summary>What is to be wrapped under which key.</summary>
/// <param name="KeyId"><c>kbs:///REPOSITORY/TYPE/TAG</c>; null for a new key.</param>
/// <param name="Options">1 to 32 KiB; whoever read the order zeroes them.</param>
/// <param name="IsTrial">Only to see whether it can be done: no key is made for it.</param>
internal sealed record WrapOrder(string? KeyId, byte[] Options, bool IsTrial);
