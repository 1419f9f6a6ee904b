namespace Coffer.Cli.Doctor;

/// <summary>One thing that is looked at. It starts nothing, changes nothing, and reads of keys no more than their form.</summary>
internal interface ICheck
{
    /// <summary>What its findings stand under: lower case, one word.</summary>
    string Name { get; }

    /// <summary>What it finds, at least one line. Faults of what is looked at are findings, not exceptions.</summary>
    Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken);
}
