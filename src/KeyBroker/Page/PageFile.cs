namespace Coffer.KeyBroker.Page;

/// <summary>A file of the page.</summary>
/// <param name="Type">Its media type.</param>
/// <param name="Bytes">What it holds.</param>
/// <param name="Tag">Its entity tag, quotes included: of its content, so that a browser asks again only whether it still stands.</param>
internal sealed record PageFile(string Type, ReadOnlyMemory<byte> Bytes, string Tag);
