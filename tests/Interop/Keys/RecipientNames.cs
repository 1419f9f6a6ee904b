namespace Coffer.Interop.Keys;

/// <summary>The recipients of the matrix.</summary>
internal static class RecipientNames
{
    public const string Rsa2048 = "jwe RSA 2048";
    public const string Rsa3072 = "jwe RSA 3072";
    public const string Rsa4096 = "jwe RSA 4096";
    public const string P256 = "jwe P-256";
    public const string P384 = "jwe P-384";
    public const string P521 = "jwe P-521";
    public const string TwoJwe = "jwe RSA and EC";
    public const string Pkcs7 = "pkcs7";
    public const string PgpRsa = "pgp RSA";
    public const string PgpCurve25519 = "pgp Curve25519";
    public const string PgpP256 = "pgp P-256";
    public const string Pkcs11 = "pkcs11";
    public const string Provider = "provider";
    public const string JweAndPkcs7 = "jwe and pkcs7";
    public const string JweAndPgp = "jwe and pgp";

    public static IReadOnlyList<string> All { get; } =
    [
        Rsa2048, Rsa3072, Rsa4096, P256, P384, P521, TwoJwe, Pkcs7, PgpRsa, PgpCurve25519, PgpP256, Pkcs11, Provider, JweAndPkcs7, JweAndPgp,
    ];
}
