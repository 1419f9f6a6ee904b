using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.Jose.Tests;

public sealed class JweEditTests
{
    private static string Three() => Jwe.Encrypt(
        "layer key"u8, [new(TestKeys.Public("rsa"), KeyId: "a"), new(TestKeys.Public("P-256"), KeyId: "b"), new(TestKeys.Get("oct32"), KeyId: "c")]);

    [Theory]
    [InlineData(0, "rsa")]
    [InlineData(1, "P-256")]
    [InlineData(2, "oct32")]
    public void Removed_recipient_is_shut_out_and_the_others_are_untouched(int index, string kind)
    {
        var before = JsonNode.Parse(Three())!;
        var text = Jwe.Parse(before.ToJsonString()).RemoveRecipients(index)!;
        var after = JsonNode.Parse(text)!;
        foreach (var name in (string[])["protected", "iv", "ciphertext", "tag"])
        {
            Assert.Equal(before[name]!.ToJsonString(), after[name]!.ToJsonString());
        }

        Assert.Equal(
            before["recipients"]!.AsArray().Where((_, i) => i != index).Select(r => r!.ToJsonString()),
            after["recipients"]!.AsArray().Select(r => r!.ToJsonString()));
        Assert.Throws<JweDecryptionException>(() => Jwe.Parse(text).Decrypt(TestKeys.Get(kind)));
        foreach (var other in ((string[])["rsa", "P-256", "oct32"]).Where(k => k != kind))
        {
            Assert.Equal("layer key"u8, Jwe.Parse(text).Decrypt(TestKeys.Get(other)));
        }
    }

    /// <summary>Go's redundant member would keep the removed key in the text.</summary>
    [Fact]
    public void Redundant_copy_of_a_removed_key_goes_too()
    {
        var go = JsonNode.Parse(Three())!;
        var first = go["recipients"]![0]!["encrypted_key"]!.GetValue<string>();
        go["encrypted_key"] = first;
        Assert.Equal(3, Jwe.Parse(go.ToJsonString()).Recipients.Count);
        var text = Jwe.Parse(go.ToJsonString()).RemoveRecipients(0)!;
        Assert.DoesNotContain(first, text, StringComparison.Ordinal);
        Assert.Equal("layer key"u8, Jwe.Parse(text).Decrypt(TestKeys.Get("P-256")));
    }

    [Fact]
    public void Unknown_members_and_spelling_stay()
    {
        var text = Three().Replace("\"iv\"", "\"extra\" : { \"n\" : 1.50, \"s\":\"\\u00e9\" }, \"iv\"", StringComparison.Ordinal);
        var cut = Jwe.Parse(text).RemoveRecipients(0, 1)!;
        Assert.Contains("{ \"n\" : 1.50, \"s\":\"\\u00e9\" }", cut, StringComparison.Ordinal);
        var only = Assert.Single(Jwe.Parse(cut).Recipients);
        Assert.Equal("c", only.KeyId);
        Assert.Equal("layer key"u8, Jwe.Parse(cut).Decrypt(TestKeys.Get("oct32")));
    }

    [Fact]
    public void Last_recipient_and_single_forms_are_not_cut()
    {
        Assert.Null(Jwe.Parse(Three()).RemoveRecipients(0, 1, 2));
        foreach (var form in (JweSerialization[])[JweSerialization.Compact, JweSerialization.Flattened, JweSerialization.General])
        {
            Assert.Null(Jwe.Parse(Jwe.Encrypt("x"u8, [new(TestKeys.Public("P-256"))], serialization: form)).RemoveRecipients(0));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Jwe.Parse(Three()).RemoveRecipients(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Jwe.Parse(Three()).RemoveRecipients(-1));
    }

    [Fact]
    public void Single_recipient_general_form_without_redundant_member_is_read()
    {
        var text = Jwe.Encrypt("x"u8, [new(TestKeys.Public("P-256"))], serialization: JweSerialization.General);
        using var json = JsonDocument.Parse(text);
        Assert.False(json.RootElement.TryGetProperty("encrypted_key", out _));
        Assert.Equal("x"u8, Jwe.Parse(text).Decrypt(TestKeys.Get("P-256")));
        Assert.Equal("x"u8, Jwe.Parse(" \r\n" + text + "\n").Decrypt(TestKeys.Get("P-256")));
    }
}
