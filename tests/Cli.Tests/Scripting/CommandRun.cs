namespace Coffer.Cli.Tests.Scripting;

/// <summary>One run of the command line in this process, and what it left behind.</summary>
internal sealed record CommandRun(string Command, int Status, string Stdout, string Stderr)
{
    public static async Task<CommandRun> RunAsync(params string[] arguments)
    {
        using var stdout = new StringWriter();
        using var stderr = new StringWriter();
        var status = await Program.RunAsync(arguments, TextReader.Null, stdout, stderr, TestContext.Current.CancellationToken);
        return new CommandRun(string.Join(' ', arguments), status, stdout.ToString(), stderr.ToString());
    }

    /// <summary>The second line of the result: the digest of the new image.</summary>
    public string Digest => Stdout.Split('\n')[1];

    /// <summary>The lines that begin with <c>coffer: error:</c>.</summary>
    public IReadOnlyList<string> Errors => [.. Stderr.Split('\n').Where(l => l.StartsWith("coffer: error: ", StringComparison.Ordinal))];

    /// <summary>The lines that begin with <c>coffer: warning:</c>.</summary>
    public IReadOnlyList<string> Warnings => [.. Stderr.Split('\n').Where(l => l.StartsWith("coffer: warning: ", StringComparison.Ordinal))];

    public CommandRun ShouldSucceed() => ShouldEnd(0);

    /// <summary>Fails the test unless the run ended with the status, and, where that is not 0, with one error line and no result.</summary>
    public CommandRun ShouldEnd(int status)
    {
        if (Status != status) Assert.Fail($"{this}\nexpected exit status {status}");
        if (Errors.Count != (status == 0 ? 0 : 1)) Assert.Fail($"{this}\nexpected {(status == 0 ? "no" : "one")} error line");
        if (status != 0 && Stdout.Length > 0) Assert.Fail($"{this}\nexpected no result");
        return this;
    }

    /// <summary>Fails the test unless the run ended with the status and with a result: the status is what the result says.</summary>
    public CommandRun ShouldReport(int status)
    {
        if (Status != status || Errors.Count > 0 || Stdout.Length == 0) Assert.Fail($"{this}\nexpected a result and exit status {status}");
        return this;
    }

    public override string ToString() => $"coffer {Command}\nexit status {Status}\nstdout: {Stdout}\nstderr: {Stderr}";
}
