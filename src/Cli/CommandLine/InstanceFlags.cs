using System.CommandLine;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;

namespace Coffer.Cli.CommandLine;

/// <summary>Which instances of a multi-platform image are meant.</summary>
internal sealed class InstanceFlags
{
    private readonly Option<string[]> _platform = new("--platform") { Description = "take this instance of a multi-platform image; can be given several times", HelpName = "OS/ARCH[/VARIANT]" };
    private readonly Option<bool> _all = new("--all", "-a") { Description = "take every instance" };
    private readonly Option<string?> _os = new("--override-os") { Description = "take the instance for this system instead of linux", HelpName = "OS" };
    private readonly Option<string?> _architecture = new("--override-arch") { Description = "take the instance for this processor instead of this machine's", HelpName = "ARCH" };
    private readonly bool _takesAll;

    /// <param name="command">Gets the flags.</param>
    /// <param name="takesAll">True for verbs that mean every instance unless told otherwise.</param>
    public InstanceFlags(Command command, bool takesAll)
    {
        _takesAll = takesAll;
        foreach (var option in (Option[])[_platform, _all, _os, _architecture]) command.Add(option);
    }

    /// <exception cref="CofferException">The flags contradict each other, or name no platform (<see cref="ExitStatus.Usage"/>).</exception>
    public InstanceSelection Read(ParseResult parsed)
    {
        var platforms = parsed.GetValue(_platform) ?? [];
        var all = parsed.GetValue(_all);
        var (os, architecture) = (parsed.GetValue(_os), parsed.GetValue(_architecture));
        var overridden = os is not null || architecture is not null;
        if ((platforms.Length > 0 ? 1 : 0) + (all ? 1 : 0) + (overridden ? 1 : 0) > 1)
        {
            throw new CofferException("--platform, --all and --override-os/--override-arch exclude each other", ExitStatus.Usage, "give one of them");
        }
        if (platforms.Length > 0) return InstanceSelection.Of([.. platforms.Select(Platform.Parse)]);
        if (overridden) return InstanceSelection.Overridden(os, architecture);
        return all || _takesAll ? InstanceSelection.All : InstanceSelection.Here;
    }
}
