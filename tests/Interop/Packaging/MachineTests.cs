using Coffer.Support;

namespace Coffer.Interop.Packaging;

/// <summary>
/// The samples, installed by the commands of the documentation, on machines whose first process is a real systemd
/// (scripts/peers/systemd): each test is a script of the folder <c>machine</c>, which says what has to hold.
/// </summary>
public sealed class MachineTests : IDisposable
{
    private const int NoMachine = 125;

    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("confined")]
    [InlineData("lifecycle")]
    [InlineData("callers")]
    [InlineData("command")]
    [InlineData("network")]
    [InlineData("pod")]
    [InlineData("broker")]
    public async Task Sample_works_on_a_real_machine(string script)
    {
        _ = CofferBinary.Require();
        _ = Peers.Require("skopeo");
        SmallImage.WriteLayout(_work.Combine("app"));
        var ran = await Tool.RunAsync(
            RepositoryRoot.Combine("scripts", "peers", "systemd"), ["bash", RepositoryRoot.Combine("tests", "Interop", "Packaging", "machine", $"{script}.sh")],
            new ToolOptions { WorkingDirectory = _work.Path, Timeout = TimeSpan.FromMinutes(6) });
        Assert.SkipWhen(ran.ExitCode == NoMachine, ran.Error);
        ran.ShouldSucceed();
    }
}
