using Coffer.Attestation.Tpm.EventLog;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tests.Tpm.EventLog;

public sealed class TcgEventLogTests
{
    [Fact]
    public void The_old_form_of_SHA_1_alone_is_parsed()
    {
        byte[] one = [4, 0, 0, 0, 13, 0, 0, 0, .. new byte[20], 2, 0, 0, 0, 1, 2];
        var log = TcgEventLog.Parse((byte[])[.. one, .. one]);
        Assert.Equal([TpmAlgorithm.Sha1], log.Banks);
        Assert.Equal(2, log.Events.Count);
        Assert.Equal((4u, 13u, 2), (log.Events[1].Register, log.Events[1].Type, log.Events[1].Data.Length));
    }

    [Fact]
    public void The_unused_end_of_a_log_is_no_event()
    {
        var log = new LogBuilder().SecureBoot(1).Bytes;
        Assert.Single(TcgEventLog.Parse((byte[])[.. log, .. new byte[100]]).Events);
        Assert.Single(TcgEventLog.Parse((byte[])[.. log, .. Enumerable.Repeat((byte)0xff, 100)]).Events);
    }

    [Fact]
    public void A_log_cut_anywhere_is_refused_or_shorter()
    {
        var log = new LogBuilder().SecureBoot(1).Grub("grub_cmd", "boot").Bytes;
        for (var length = 0; length < log.Length; length++)
        {
            try
            {
                Assert.True(TcgEventLog.Parse(log.AsMemory(0, length)).Events.Count < 2);
            }
            catch (AttestationException e)
            {
                Assert.Equal(AttestationFault.Malformed, e.Fault);
            }
        }
    }

    [Fact]
    public void Sizes_and_counts_that_no_log_has_are_refused()
    {
        var log = new LogBuilder().Bytes;
        void Refused(params byte[] more) => Assert.Equal(AttestationFault.Malformed, Assert.Throws<AttestationException>(() => TcgEventLog.Parse((byte[])[.. log, .. more])).Fault);
        Refused([0, 0, 0, 0, 8, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]); // digests
        Refused([0, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0x99, 0x99]); // a bank that the header does not name
        Refused([0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]); // data
        Assert.Throws<AttestationException>(() => TcgEventLog.Parse(new byte[TcgEventLog.MostBytes + 1]));
    }
}
