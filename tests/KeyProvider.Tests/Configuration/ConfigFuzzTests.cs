using System.Text;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Configuration;

public sealed class ConfigFuzzTests
{
    private static readonly byte[][] Seeds =
    [
        Encoding.UTF8.GetBytes("{" + Reading.OneSource + "}"),
        """{"listen":{"socket":"/s","mode":"0660","group":"root","allowedUids":["root",1],"allowedGids":[0],"tcp":{"address":"127.0.0.1:1","cert":"c","key":"k","clientCa":"a"}},"sources":{"b":{"type":"local","directory":"keys","keyIds":["t","h/"]}}}"""u8.ToArray(),
        """{"providers":{"coffer":"b","x":null},"limits":{"messageBytes":65536,"concurrentCalls":3,"queuedCalls":0,"connections":9,"drainSeconds":1},"cache":{"lifetime":"5m","entries":7}} // end"""u8.ToArray(),
        """{"callTimeout":"250ms","log":{"format":"json","level":"debug"},"metrics":{"listen":"[::1]:1","socket":"m","otlp":"http://[::1]:4/v1","otlpInterval":"9s"},"insecureAllowSampleKey":true}"""u8.ToArray(),
    ];

    [Fact]
    public void Configuration_is_read_or_refused_in_printable_lines() => Fuzzing.Run("keyprovider configuration", Seeds, (input, _) =>
    {
        var problems = Reading.Of(input).Problems;
        Assert.DoesNotContain(problems, p => p.Any(char.IsControl) || p.Length > 1100);
        Assert.True(problems.Count <= 1000);
    });
}
