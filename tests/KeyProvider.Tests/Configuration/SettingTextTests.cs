using Coffer.KeyProvider.Configuration;

namespace Coffer.KeyProvider.Tests.Configuration;

public sealed class SettingTextTests
{
    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("0s", 0)]
    public void Time_is_a_number_and_a_unit(string text, long milliseconds) => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), SettingText.Duration(text));

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1d")]
    [InlineData("30 s")]
    [InlineData("9999999999s")]
    [InlineData("٣s")]
    public void Other_time_is_none(string text) => Assert.Null(SettingText.Duration(text));

    [Theory]
    [InlineData("250ms")]
    [InlineData("30s")]
    [InlineData("5m")]
    [InlineData("1h")]
    [InlineData("0s")]
    public void Time_is_written_as_it_is_read(string text) => Assert.Equal(text, SettingText.Of(SettingText.Duration(text)!.Value));

    [Theory]
    [InlineData("0660", 0b110_110_000)]
    [InlineData("600", 0b110_000_000)]
    [InlineData("0777", 0b111_111_111)]
    public void Mode_is_octal(string text, int bits) => Assert.Equal((UnixFileMode)bits, SettingText.Mode(text));

    [Theory]
    [InlineData("4755")]
    [InlineData("0o660")]
    [InlineData("66")]
    [InlineData("668")]
    [InlineData("rw-rw----")]
    public void Other_mode_is_none(string text) => Assert.Null(SettingText.Mode(text));

    [Theory]
    [InlineData("127.0.0.1:9464", "127.0.0.1:9464")]
    [InlineData("[::1]:0", "[::1]:0")]
    [InlineData("localhost:80", "127.0.0.1:80")]
    public void Address_has_a_port(string text, string endpoint) => Assert.Equal(endpoint, SettingText.Endpoint(text)?.ToString());

    [Theory]
    [InlineData("::1")]
    [InlineData("::0")]
    [InlineData("[::1]")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:x")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("example.org:80")]
    [InlineData(":80")]
    [InlineData("")]
    public void Other_address_is_none(string text) => Assert.Null(SettingText.Endpoint(text));
}
