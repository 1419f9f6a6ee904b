namespace Coffer.ImageCrypt.Layers;

/// <summary>What came of trying a recipient.</summary>
/// <param name="Annotation">The annotation that its packets stand in.</param>
/// <param name="KeyId">The key that its provider wraps under now, where its packets name one: <c>kbs:///default/image-kek/team?version=2</c>; else null.</param>
public sealed record TriedRecipient(string Annotation, string? KeyId);
