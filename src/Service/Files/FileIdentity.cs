namespace Coffer.Service.Files;

/// <summary>What tells two files apart that stand at one path one after the other.</summary>
/// <param name="DeviceMajor">Major number of its file system's device.</param>
/// <param name="DeviceMinor">Minor number of it.</param>
/// <param name="Inode">Its number there.</param>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode);
