using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary>Labels in a query, where several stand in one member.</summary>
internal static class ResourceLabels
{
    /// <summary><c>labels=a=1%2Cb</c>.</summary>
    /// <exception cref="CofferException">One has a comma in it.</exception>
    public static string Query(IReadOnlyList<string> labels) => labels.FirstOrDefault(l => l.Contains(',', StringComparison.Ordinal)) is { } wrong
        ? throw new CofferException($"the label '{Printable.Of(wrong, 64)}' has a comma in it", ExitStatus.Usage, "coffer broker resource label takes it; several labels are several --label")
        : $"labels={Uri.EscapeDataString(string.Join(',', labels))}";
}
