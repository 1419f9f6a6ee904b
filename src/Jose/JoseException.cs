namespace Coffer.Jose;

/// <summary>
/// The one exception of this library for input that it refuses. The message is one line in lower case without a final
/// dot, and never holds key material or plaintext.
/// </summary>
public class JoseException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="error">The kind of refusal.</param>
    /// <param name="message">One line: what is wrong, and in which member.</param>
    /// <param name="inner">The cause, where the platform gave one.</param>
    public JoseException(JoseError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>The kind of refusal.</summary>
    public JoseError Error { get; }

    internal static JoseException Malformed(string message, Exception? inner = null) =>
        new(JoseError.Malformed, message, inner);

    internal static JoseException Unsupported(string message) => new(JoseError.Unsupported, message);

    internal static JoseException UnsuitableKey(string message, Exception? inner = null) =>
        new(JoseError.UnsuitableKey, message, inner);
}
