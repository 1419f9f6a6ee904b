using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Coffer.Oci;
using Microsoft.Win32.SafeHandles;

namespace Coffer.ImageCrypt.Keys;

/// <summary>
/// The password of one key file, fetched when the first protected key in it is met and kept for the others.
/// Disposing zeroes it.
/// </summary>
internal sealed class KeyPassword(IdentitySpec spec, PassphrasePrompt? prompt) : IDisposable
{
    private const int MaxBytes = 64 * 1024;
    private byte[]? _password;

    /// <summary>True once a protected key has asked for it.</summary>
    public bool WasUsed { get; private set; }

    /// <summary>The password in UTF-8; valid until this is disposed.</summary>
    /// <exception cref="CofferException">None was given and nobody can be asked, or it cannot be read.</exception>
    public async ValueTask<byte[]> GetAsync(CancellationToken cancellationToken)
    {
        WasUsed = true;
        return _password ??= await OptionalAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new CofferException(
                $"key '{Printable.Of(spec.Source)}' is protected by a password and none was given", ExitStatus.NoUsableKey,
                $"write {Printable.Of(spec.Source)}:file=PASSWORDFILE or :fd=N, or run on a terminal to be asked");
    }

    /// <summary>
    /// The password that the argument names, or, where it names none, the one that a person types if one is to be asked;
    /// otherwise null. The caller owns the copy.
    /// </summary>
    /// <exception cref="CofferException">It cannot be read.</exception>
    public async ValueTask<byte[]?> TryGetAsync(bool ask, CancellationToken cancellationToken)
    {
        WasUsed = true;
        if (spec.PasswordOrigin == PasswordOrigin.None && !ask) return null;
        _password ??= await OptionalAsync(cancellationToken).ConfigureAwait(false);
        return (byte[]?)_password?.Clone();
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_password);

    private ValueTask<byte[]?> OptionalAsync(CancellationToken cancellationToken) => spec.PasswordOrigin switch
    {
        PasswordOrigin.Argument => new(Encoding.UTF8.GetBytes(spec.PasswordText!)),
        PasswordOrigin.File => FromFileAsync(spec.PasswordText!, cancellationToken),
        PasswordOrigin.Descriptor => FromDescriptorAsync(spec.PasswordText!, cancellationToken),
        _ => prompt is null ? new((byte[]?)null) : prompt(spec.Source, cancellationToken),
    };

    private static async ValueTask<byte[]?> FromFileAsync(string path, CancellationToken cancellationToken) =>
        WithoutNewline(await KeyFile.ReadAsync(path, "password file", MaxBytes, cancellationToken).ConfigureAwait(false));

    private static async ValueTask<byte[]?> FromDescriptorAsync(string text, CancellationToken cancellationToken)
    {
        var what = $"password's file descriptor {text}";
        try
        {
            using var handle = new SafeFileHandle(int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture), ownsHandle: false);
            var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            await using (stream.ConfigureAwait(false))
            {
                return WithoutNewline(await KeyFile.ReadAsync(stream, what, MaxBytes, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CofferException($"{what} cannot be read: {Printable.Of(e.Message)}", inner: e);
        }
    }

    // Editors and echo end a file with a newline that nobody means; one is taken off, and no more.
    private static byte[] WithoutNewline(byte[] text)
    {
        var length = text.Length;
        if (length > 0 && text[length - 1] == '\n')
        {
            length--;
            if (length > 0 && text[length - 1] == '\r') length--;
        }
        if (length == text.Length) return text;
        var trimmed = text[..length];
        CryptographicOperations.ZeroMemory(text);
        return trimmed;
    }
}
