using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Sources;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Configuration;

public sealed class SampleConfigurationTests
{
    [Theory]
    [InlineData("ocicrypt-config/keyprovider.json")]
    [InlineData("ocicrypt-config/kubernetes/keyprovider.json")]
    public void Sample_that_is_handed_out_is_read_without_a_problem(string file)
    {
        var problems = new List<string>();

        ConfigReader.Read(File.ReadAllBytes(RepositoryRoot.Combine(file)), "/etc/coffer/keyprovider.json", new ConfigFlags(), SettingsScope.Daemon, problems, SourceKinds.All);

        Assert.Empty(problems);
    }
}
