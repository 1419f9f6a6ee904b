namespace Coffer.ImageCrypt.Keys;

/// <summary>Asks a person for the password of a protected key.</summary>
/// <param name="source">The key as the user named it, for the question.</param>
/// <param name="cancellationToken">Ends waiting.</param>
/// <returns>The password in UTF-8, which the caller of the prompt zeroes; null if nobody can be asked.</returns>
public delegate ValueTask<byte[]?> PassphrasePrompt(string source, CancellationToken cancellationToken);
