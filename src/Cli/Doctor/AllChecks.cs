using Coffer.Cli.Doctor.Checks;

namespace Coffer.Cli.Doctor;

/// <summary>Every check, in the order of the report. A new one is a file in <c>Checks</c> and a line here.</summary>
internal static class AllChecks
{
    public static IReadOnlyList<ICheck> List { get; } =
    [
        new ShellCheck(),
        new KeyProviderCheck(),
        new BrokerCheck(),
        new CrioServiceCheck(),
        new CrioKeysCheck(),
        new ContainerdProcessorsCheck(),
        new ContainerdPullCheck(),
        new ToolVersionsCheck(),
        new ClockCheck(),
        new TpmCheck(),
    ];
}
