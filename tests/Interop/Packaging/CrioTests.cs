using Tomlyn;
using Tomlyn.Model;

namespace Coffer.Interop.Packaging;

/// <summary>CRI-O's drop-in. CRI-O is in no Debian, so its documented configuration is all that it can be held to.</summary>
public sealed class CrioTests
{
    [Fact]
    public void Drop_in_sets_the_folder_of_decryption_keys_and_nothing_else()
    {
        var document = TomlSerializer.Deserialize<TomlTable>(Samples.Text("crio.conf.d", "20-coffer.conf"))!;
        var crio = Assert.IsType<TomlTable>(Assert.Single(document, p => p.Key == "crio").Value);
        var runtime = Assert.IsType<TomlTable>(Assert.Single(crio, p => p.Key == "runtime").Value);
        Assert.Equal("/etc/crio/keys/", Assert.Single(runtime, p => p.Key == "decryption_keys_path").Value);
        Assert.Equal((1, 1, 1), (document.Count, crio.Count, runtime.Count));
    }
}
