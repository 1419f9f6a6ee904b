namespace Coffer.Cli.Doctor.Checks;

/// <summary>Certificates and tokens of key services hold for a time; a clock that is behind makes them all invalid.</summary>
internal sealed class ClockCheck : ICheck
{
    private static readonly string[] Witnesses = ["/var/lib/dpkg/status", "/var/log", "/etc", "/run"];
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public string Name => "clock";

    public Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        var now = installation.Time.GetUtcNow();
        var newest = Witnesses.Where(w => Path.Exists(installation.At(w))).Select(w => (Path: w, Written: new DateTimeOffset(File.GetLastWriteTimeUtc(installation.At(w)), TimeSpan.Zero))).OrderBy(w => w.Written).LastOrDefault();
        Finding finding = newest.Written > now + Tolerance
            ? Finding.Fail($"the clock says {now:yyyy-MM-dd HH:mm} UTC, but {newest.Path} was changed on {newest.Written:yyyy-MM-dd HH:mm}", "set the clock, and keep it with NTP")
            : Finding.Ok($"the clock says {now:yyyy-MM-dd HH:mm} UTC");
        return Task.FromResult<IReadOnlyList<Finding>>([finding]);
    }
}
