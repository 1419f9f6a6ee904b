namespace Coffer.KeyBroker.Policies;

/// <summary>Policies that are ready to be put, or to be changed first. None of them allows sample evidence.</summary>
public static class PolicyExamples
{
    private const string Folder = "Coffer.KeyBroker.Policies.Examples.";

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["deny-all", "labelled-hosts", "reference-values", "time-window", "tpm-node", "tpm-secure-boot"];

    /// <summary>The JSON schema of policies (draft 2020-12).</summary>
    public static string Schema => Resource("policy.schema.json");

    /// <summary>The text of an example.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>: no such example.</exception>
    public static string Read(string name) => Names.Contains(name)
        ? Resource(name + ".json")
        : throw new BrokerException(BrokerFault.NotFound, $"there is no example '{Oci.Printable.Of(name, 64)}'", $"there are {string.Join(", ", Names)}");

    private static string Resource(string file)
    {
        using var stream = typeof(PolicyExamples).Assembly.GetManifestResourceStream(Folder + file) ?? throw new InvalidOperationException(file);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
