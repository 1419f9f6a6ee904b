using Coffer.Support;

namespace Coffer.Interop.Packaging;

/// <summary>
/// The unit's <c>MemoryDenyWriteExecute=</c> and what the kernel itself offers for it since 6.3 (PR_SET_MDWE, prctl(2)): a
/// process in which no memory can become executable that could ever be written. Native code needs none; a JIT cannot live there.
/// </summary>
public sealed class WriteOrExecuteTests
{
    private const int Killed = 139; // by SIGSEGV
    private const int Unknown = 77;

    private const string Confined = """
        import ctypes, os, sys
        if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0:
            sys.exit(77)
        child = os.fork()
        if child == 0:
            os.execvp(sys.argv[1], sys.argv[1:])
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.exit(code if code >= 0 else 128 - code)
        """;

    [Fact]
    public async Task Executable_does_all_its_work_without_memory_that_is_written_and_executed() =>
        (await RunAsync(CofferBinary.Require(), "demo")).ShouldSucceed();

    [Fact]
    public async Task Program_that_compiles_while_it_runs_does_not() => (await RunAsync("dotnet", "--version")).ShouldExit(Killed);

    private static async Task<ToolResult> RunAsync(params string[] command)
    {
        var ran = await Tool.RunAsync(Peers.Require("python3"), ["-c", Confined, .. command]);
        Assert.SkipWhen(ran.ExitCode == Unknown, "this kernel does not know PR_SET_MDWE");
        return ran;
    }
}
