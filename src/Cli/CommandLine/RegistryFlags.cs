using System.CommandLine;
using Coffer.Cli.Progress;
using Coffer.Oci;
using Coffer.Registry;

namespace Coffer.Cli.CommandLine;

/// <summary>How one image's registry is reached, in skopeo's flags: with <c>src-</c> or <c>dest-</c> before them, or bare on verbs with one image.</summary>
internal sealed class RegistryFlags
{
    private readonly Option<string?> _credentials, _authFile, _certDir;
    private readonly Option<bool?> _tlsVerify;
    private readonly Option<bool> _noCredentials;
    private readonly RegistryFlags? _fallback;

    /// <param name="command">Gets the flags.</param>
    /// <param name="prefix"><c>src-</c>, <c>dest-</c> or nothing.</param>
    /// <param name="whose">For the help: whose registry.</param>
    /// <param name="fallback">Flags that hold where these say nothing.</param>
    public RegistryFlags(Command command, string prefix, string whose, RegistryFlags? fallback = null)
    {
        _fallback = fallback;
        _credentials = new($"--{prefix}creds") { Description = $"log in to the {whose} registry as USER:PASSWORD; better USER:file=FILE or USER:fd=N", HelpName = "USER:PASSWORD" };
        _noCredentials = new($"--{prefix}no-creds") { Description = $"stay anonymous at the {whose} registry" };
        _tlsVerify = new($"--{prefix}tls-verify") { Description = $"=false: take any certificate of the {whose} registry, and plain HTTP", HelpName = "true|false", Arity = ArgumentArity.ZeroOrOne };
        _certDir = new($"--{prefix}cert-dir") { Description = $"folder with *.crt, *.cert and *.key for the {whose} registry", HelpName = "DIR" };
        _authFile = new($"--{prefix}authfile") { Description = $"auth file for the {whose} registry", HelpName = "FILE" };
        foreach (var option in (Option[])[_credentials, _noCredentials, _tlsVerify, _certDir, _authFile]) command.Add(option);
    }

    /// <summary>What the flags say.</summary>
    /// <exception cref="CofferException">They contradict each other, or a password cannot be read.</exception>
    public RegistryOptions Read(ParseResult parsed, SharedFlags shared, Reporter reporter)
    {
        var credentials = parsed.GetValue(_credentials);
        var anonymous = parsed.GetValue(_noCredentials);
        if (credentials is not null && anonymous)
        {
            throw new CofferException($"{_credentials.Name} and {_noCredentials.Name} contradict each other", ExitStatus.Usage, "give one of them");
        }
        var otherwise = _fallback?.Read(parsed, shared, reporter);
        return new RegistryOptions
        {
            Credentials = credentials is null ? (anonymous ? null : otherwise?.Credentials) : CredentialsText.Read(credentials, _credentials.Name, reporter),
            NoCredentials = anonymous || (credentials is null && otherwise is { NoCredentials: true }),
            TlsVerify = TlsVerify(parsed) ?? otherwise?.TlsVerify,
            CertDir = parsed.GetValue(_certDir) ?? otherwise?.CertDir,
            AuthFile = parsed.GetValue(_authFile) ?? otherwise?.AuthFile ?? shared.AuthFile(parsed),
            RetryTimes = shared.RetryTimes(parsed),
        };
    }

    // The bare flag means true, as in skopeo.
    private bool? TlsVerify(ParseResult parsed) => parsed.GetResult(_tlsVerify) is { Tokens.Count: 0, Implicit: false } ? true : parsed.GetValue(_tlsVerify);
}
