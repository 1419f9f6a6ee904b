namespace Coffer.Registry.Auth;

/// <summary>What to do where a registry wants to know who is asking.</summary>
internal static class LoginHint
{
    public static string For(RegistryCredentials? credentials) => credentials is null
        ? "log in with 'skopeo login', or give --src-creds or --dest-creds (--creds where there is one image), or --authfile"
        : "check the password given, or the entry in the auth file; 'skopeo login' renews it";
}
