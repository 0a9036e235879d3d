using System.Buffers;
using System.Buffers.Binary;
using Bartizan.Log.Disks;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Records.Payloads;

/// <summary>
/// One session's payloads, append-only: 16 bytes of header (<c>bzpayld1</c>, zeros), then records of <c>length</c> u32 and
/// nonce ‖ ciphertext ‖ tag. What a crash tore off at the end is stepped over: leaves point at records by their offset. While it is
/// open, the file is kept some zeros longer than its records, so that a sync need not wait for the file system's journal.
/// </summary>
internal sealed class PayloadFile : IDisposable
{
    public const int HeaderBytes = 16;
    public const int LengthBytes = sizeof(uint);

    // Zeros laid at a time: as much again as there is, within these bounds. A short session's file stays small.
    private const int MinReserveBytes = 64 * 1024;
    private const int MaxReserveBytes = 1 << 20;
    private static readonly byte[] s_zeros = new byte[MinReserveBytes];
    private static readonly byte[] s_magic = "bzpayld1"u8.ToArray();

    private readonly SafeFileHandle _file;
    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly string? _newName;
    private long _end;
    private long _reserved;

    public PayloadFile(string path)
    {
        _newName = File.Exists(path) ? null : path;
        using (
            new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.Write,
                    Share = FileShare.ReadWrite,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            )
        ) { }

        _file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _end = RandomAccess.GetLength(_file);
        if (_end < HeaderBytes)
        {
            _end = 0;
            s_magic.CopyTo(_pending.GetSpan(HeaderBytes));
            _pending.GetSpan(HeaderBytes)[s_magic.Length..HeaderBytes].Clear();
            _pending.Advance(HeaderBytes);
        }
    }

    /// <summary>Puts a record behind the others and returns where it will lie.</summary>
    public long Add(ReadOnlySpan<byte> record)
    {
        var offset = _end + _pending.WrittenCount;
        _pending.Write(record);
        return offset;
    }

    /// <summary>Hands what was added to the file system.</summary>
    public void Write(ILogDisk disk)
    {
        disk.Write(_file, _pending.WrittenSpan, _end);
        var after = _end + _pending.WrittenCount;
        if (after > _reserved)
        {
            // With this write the file grows anyhow: the zeros come along in the same sync.
            _reserved = after;
            for (
                var until = after + Math.Clamp(after, MinReserveBytes, MaxReserveBytes);
                _reserved < until;
                _reserved += s_zeros.Length
            )
            {
                disk.Write(_file, s_zeros, _reserved);
            }
        }
    }

    /// <summary>Makes what was written durable.</summary>
    public void Sync(ILogDisk disk)
    {
        disk.Sync(_file);
        if (_end == 0 && _newName is not null)
        {
            SystemDisk.SyncDirectory(Path.GetDirectoryName(_newName)!);
        }

        _end += _pending.WrittenCount;
        _pending.ResetWrittenCount();
    }

    /// <summary>The sealed bytes of a record; null when there is none at that offset.</summary>
    public static byte[]? Read(string path, long offset)
    {
        if (offset < HeaderBytes || !File.Exists(path))
        {
            return null;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> head = stackalloc byte[LengthBytes];
        if (RandomAccess.Read(file, head, offset) != LengthBytes)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (length > PayloadStore.MaxRecordBytes)
        {
            return null;
        }

        var record = new byte[length];
        var read = 0;
        while (read < record.Length)
        {
            var some = RandomAccess.Read(file, record.AsSpan(read), offset + LengthBytes + read);
            if (some == 0)
            {
                return null;
            }

            read += some;
        }

        return record;
    }

    public void Dispose()
    {
        try
        {
            RandomAccess.SetLength(_file, _end);
        }
        catch (IOException)
        {
            // The zeros stay; nothing points at them.
        }

        _file.Dispose();
    }
}
