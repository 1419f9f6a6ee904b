namespace Coffer.KeyProvider.Sources.Local;

/// <summary>
/// The name of a key file: <c>ID.VERSION.key</c> (raw or base64) or <c>ID.VERSION.jwk</c>. Files of other endings and names that
/// begin with a dot are no key files and are left alone.
/// </summary>
internal static class KeyFileName
{
    /// <summary>The ending of raw and base64 files.</summary>
    public const string PlainEnding = ".key";

    /// <summary>The ending of JSON Web Keys.</summary>
    public const string JwkEnding = ".jwk";

    /// <summary>Whether a file of that name must be a key file.</summary>
    public static bool IsMeant(string fileName) => fileName[0] != '.'
        && (fileName.EndsWith(PlainEnding, StringComparison.Ordinal) || fileName.EndsWith(JwkEnding, StringComparison.Ordinal));

    /// <summary>Id and version; null where the name is not of that form.</summary>
    public static VersionedKeyName? Parse(string fileName) =>
        IsMeant(fileName) ? VersionedKeyName.Parse(fileName.AsSpan(0, fileName.Length - PlainEnding.Length), '.') : null;

    /// <summary>The file's name for a key of that form.</summary>
    public static string Of(VersionedKeyName name, KeyFileForm form) =>
        $"{name.Id}.{name.Version}{(form == KeyFileForm.Jwk ? JwkEnding : PlainEnding)}";

    /// <summary>Whether a file of that name may hold that form.</summary>
    public static bool Fits(string fileName, KeyFileForm form) =>
        fileName.EndsWith(JwkEnding, StringComparison.Ordinal) ? form == KeyFileForm.Jwk : form is KeyFileForm.Raw or KeyFileForm.Base64;
}
