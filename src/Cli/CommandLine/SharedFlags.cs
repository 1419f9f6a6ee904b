using System.CommandLine;
using Coffer.Oci;

namespace Coffer.Cli.CommandLine;

/// <summary>The flags that every verb on images has.</summary>
internal sealed class SharedFlags
{
    private const int MostRetries = 20;

    private readonly Option<bool> _json = new("--json") { Description = "print the result as one JSON document" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "print no progress and no result; warnings and errors stay" };
    private readonly Option<int> _retryTimes = new("--retry-times") { Description = "try a failed request of a registry so many times more", HelpName = "N", DefaultValueFactory = _ => 3 };
    private readonly Option<string?>? _authFile;

    /// <param name="command">Gets the flags.</param>
    /// <param name="authFile">True where two images share <c>--authfile</c>; verbs with one image bring it themselves.</param>
    public SharedFlags(Command command, bool authFile)
    {
        command.Add(_json);
        command.Add(_quiet);
        command.Add(_retryTimes);
        _retryTimes.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var times) && times is >= 0 and <= MostRetries))
            {
                result.AddError($"--retry-times takes a number from 0 to {MostRetries}");
            }
        });
        if (!authFile) return;
        _authFile = new("--authfile") { Description = "auth file for both registries", HelpName = "FILE" };
        command.Add(_authFile);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    public bool Quiet(ParseResult parsed) => parsed.GetValue(_quiet);

    public int RetryTimes(ParseResult parsed) => parsed.GetValue(_retryTimes);

    public string? AuthFile(ParseResult parsed) => _authFile is null ? null : parsed.GetValue(_authFile);
}
