using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Measured;

/// <summary>The extensions of a boot that did not happen yet, in their order, and the values that they bring the registers to.</summary>
public sealed class MeasuredBoot
{
    private const int MostEvents = 8192; // as many as a log may have

    private readonly List<MeasuredEvent> _events;
    private readonly SortedDictionary<int, string> _unknown;

    /// <summary>A boot in which nothing was measured yet.</summary>
    /// <param name="banks">One to four of <c>sha1</c>, <c>sha256</c>, <c>sha384</c>, <c>sha512</c>, each once.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: another bank; or none, or one twice.</exception>
    public MeasuredBoot(IReadOnlyList<string> banks)
        : this([.. banks.Select(Parse)], [], [])
    {
        if (banks.Count == 0 || banks.Distinct().Count() != banks.Count) throw new AttestationException(AttestationFault.Unsupported, "there has to be a bank, and each is named once");
        Banks = [.. banks];
    }

    private MeasuredBoot(IReadOnlyList<TpmAlgorithm> algorithms, List<MeasuredEvent> events, SortedDictionary<int, string> unknown)
    {
        (Algorithms, _events, _unknown) = (algorithms, events, unknown);
        Banks = [.. algorithms.Select(TpmHash.Name)];
    }

    /// <summary>The banks, as named.</summary>
    public IReadOnlyList<string> Banks { get; }

    /// <summary>What was measured, in order.</summary>
    public IReadOnlyList<MeasuredEvent> Events => _events;

    /// <summary>Registers that something is measured into and whose value is known, ascending.</summary>
    public IReadOnlyList<int> Registers => [.. _events.Select(e => e.Register).Distinct().Where(r => !_unknown.ContainsKey(r)).Order()];

    /// <summary>Registers that cannot be computed, and why.</summary>
    public IReadOnlyDictionary<int, string> Unknown => _unknown;

    internal IReadOnlyList<TpmAlgorithm> Algorithms { get; }

    /// <summary>The same boot so far, to go on in two ways.</summary>
    public MeasuredBoot Fork() => new(Algorithms, [.. _events], new SortedDictionary<int, string>(_unknown));

    /// <summary>A register's value after all that was measured: zeros where nothing was.</summary>
    /// <param name="bank">One of <see cref="Banks"/>.</param>
    /// <param name="register">0 to 15, which begin with zeros.</param>
    /// <returns>As many bytes as a digest of the bank has.</returns>
    /// <exception cref="ArgumentException">No such bank.</exception>
    public ReadOnlyMemory<byte> Value(string bank, int register)
    {
        var at = Banks.ToList().IndexOf(bank);
        if (at < 0) throw new ArgumentException($"{bank} is not measured", nameof(bank));
        var value = new byte[TpmHash.Size(Algorithms[at])];
        foreach (var measured in _events.Where(e => e.Register == register)) value = TpmHash.Hash(Algorithms[at], [.. value, .. measured.Digests[at].Span]);
        return value;
    }

    /// <summary>Measures bytes.</summary>
    public void Measure(int register, string what, ReadOnlySpan<byte> data)
    {
        using var hash = new BankHash(Algorithms);
        hash.Append(data);
        Add(register, what, hash);
    }

    /// <summary>Measures what a stream holds from its position on, in constant memory.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Measure(int register, string what, Stream content, CancellationToken cancellationToken = default)
    {
        using var hash = new BankHash(Algorithms);
        hash.Append(content, null, cancellationToken);
        Add(register, what, hash);
    }

    internal void Measure(int register, string what, ReadOnlySpan<byte> data, string? commandLine)
    {
        Measure(register, what, data);
        _events[^1] = _events[^1] with { CommandLine = commandLine };
    }

    internal void Add(int register, string what, BankHash hash, bool isProgram = false) =>
        Add(new MeasuredEvent(register, what, [.. hash.Finish().Select(d => (ReadOnlyMemory<byte>)d)]) { IsProgram = isProgram });

    internal void Add(MeasuredEvent measured)
    {
        if (_events.Count == MostEvents) throw new AttestationException(AttestationFault.Malformed, $"the boot has more than {MostEvents} measurements");
        _events.Add(measured);
    }

    /// <summary>Says of a register that its value depends on what is not known here.</summary>
    internal void CannotTell(int register, string why) => _unknown.TryAdd(register, why);

    private static TpmAlgorithm Parse(string bank) =>
        TpmHash.Parse(bank) ?? throw new AttestationException(AttestationFault.Unsupported, $"there is no bank '{Oci.Printable.Of(bank, 16)}'", $"there are {string.Join(", ", TpmHash.All.Select(TpmHash.Name))}");
}
