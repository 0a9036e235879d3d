using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Retention;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Log.Disks;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Payloads;

/// <summary>
/// Content beside the tree. A leaf holds HMAC-SHA256(salt, content) with 32 random bytes of salt; salt and content lie
/// encrypted in the session's own file of their class. Without its key the leaf tells nothing of the content, so that erasing the key
/// erases the content and leaves the tree as it is.
/// </summary>
public sealed class PayloadStore : ILogCompanion, IDisposable
{
    /// <summary>What is kept of one payload: longer ones are cut, and their entry says so.</summary>
    public const int MaxKeptBytes = 1 << 20;

    internal const int SaltBytes = 32;
    internal const int MaxRecordBytes = MaxKeptBytes + SaltBytes + SessionKey.NonceBytes + SessionKey.TagBytes;

    // Keys and files that are kept open, one for each class of a session's payloads; others are opened again when they write.
    private const int MaxOpenSessions = 1024;

    private readonly string _directory;
    private readonly string _keyDirectory;
    private readonly PayloadKeys _keys;
    private readonly ConcurrentDictionary<PayloadPart, SessionKey> _open = new();
    private readonly Dictionary<PayloadPart, PayloadFile> _files = [];
    private readonly HashSet<PayloadPart> _dirty = [];
    private readonly ConcurrentQueue<SessionId> _ended = new();

    /// <summary>Opens the store in a directory, with the keys of another; makes both if needed.</summary>
    public PayloadStore(string directory, string keyDirectory)
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(directory, Private);
        Directory.CreateDirectory(keyDirectory, Private);
        _directory = directory;
        _keyDirectory = keyDirectory;
        _keys = new PayloadKeys(directory, keyDirectory);
    }

    /// <summary>Encrypts a payload. On the caller's thread; touches the disk only for a session's first.</summary>
    /// <exception cref="IOException">When the session's key can't be had.</exception>
    public SealedPayload Seal(SessionId session, PayloadClass of, Payload payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        var content = payload.Content.Span;
        var kept = Math.Min(content.Length, MaxKeptBytes);
        var plain = new byte[SaltBytes + kept];
        DrawnBytes.Fill(plain.AsSpan(0, SaltBytes));
        content[..kept].CopyTo(plain.AsSpan(SaltBytes));
        var commitment = Commit(plain);
        var record = new byte[PayloadFile.LengthBytes + SessionKey.NonceBytes + plain.Length + SessionKey.TagBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(record.Length - PayloadFile.LengthBytes));
        var context = Context(session, payload.Role);
        while (!KeyOf(new PayloadPart(session, of)).TrySeal(plain, context, record.AsSpan(PayloadFile.LengthBytes)))
        {
            // The session's key was put away between the two calls; it is loaded again.
        }

        CryptographicOperations.ZeroMemory(plain);
        var reference = new PayloadReference(payload.Role, payload.MediaType, content.Length, kept, commitment, 0)
        {
            Class = of,
        };
        return new SealedPayload(reference, record);
    }

    /// <summary>Puts a sealed payload into its file's next write. By the log's writer only.</summary>
    public PayloadReference Add(SessionId session, SealedPayload payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        var part = new PayloadPart(session, payload.Reference.Class);
        if (!_files.TryGetValue(part, out var file))
        {
            MakeRoom();
            file = new PayloadFile(PathOf(_directory, part));
            _files.Add(part, file);
        }

        _dirty.Add(part);
        return payload.Reference with { Reference = file.Add(payload.Record.Span) };
    }

    /// <inheritdoc/>
    public int Flush(ILogDisk disk)
    {
        var synced = _dirty.Count;
        foreach (var part in _dirty)
        {
            _files[part].Write(disk);
        }

        if (synced == 1)
        {
            _files[_dirty.First()].Sync(disk);
        }
        else if (synced > 1)
        {
            // Side by side, since a disk takes several syncs in little more than the time of one. The writer takes part itself, so that a
            // busy pool only makes it slower.
            Parallel.ForEach(_dirty, part => _files[part].Sync(disk));
        }

        _dirty.Clear();
        while (_ended.TryDequeue(out var ended))
        {
            foreach (var part in PayloadPart.Of(ended))
            {
                Close(part);
            }
        }

        return synced;
    }

    /// <summary>Says that a session has ended: its key leaves memory, its file is closed. It may still write afterwards.</summary>
    public void Release(SessionId session)
    {
        _ended.Enqueue(session);
        foreach (var part in PayloadPart.Of(session))
        {
            if (_open.TryRemove(part, out var key))
            {
                key.Dispose();
            }
        }
    }

    /// <summary>Destroys a session's keys, and with them every payload of the session, for ever; the ciphertext goes too.</summary>
    public void Erase(SessionId session)
    {
        Release(session);
        foreach (var part in PayloadPart.Of(session).Where(part => part.Class == PayloadClass.Other || _keys.Has(part)))
        {
            Destroy(part);
        }
    }

    /// <summary>Destroys the key of one class of a session's payloads; the others stay.</summary>
    public void Erase(SessionId session, PayloadClass of)
    {
        Release(session);
        Destroy(new PayloadPart(session, of));
    }

    /// <summary>Takes away what is left of a session whose payloads were all destroyed and whose entries were pruned: the marks.</summary>
    public void Forget(SessionId session)
    {
        foreach (var part in PayloadPart.Of(session))
        {
            _keys.Forget(part);
        }
    }

    /// <summary>Reads a payload back and holds it against its commitment.</summary>
    public OpenedPayload Open(SessionId session, PayloadReference reference)
    {
        using var reader = new PayloadReader(_directory, _keyDirectory);
        return reader.Open(session, reference);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }

        foreach (var key in _open.Values)
        {
            key.Dispose();
        }
    }

    internal static Digest Commit(ReadOnlySpan<byte> saltAndContent)
    {
        Span<byte> commitment = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(saltAndContent[..SaltBytes], saltAndContent[SaltBytes..], commitment);
        return Digest.FromBytes(commitment);
    }

    internal static byte[] Context(SessionId session, string role) =>
        Encoding.UTF8.GetBytes($"bartizan payload 1 {(session == default ? "instance" : session.ToString())} {role}");

    private SessionKey KeyOf(PayloadPart part)
    {
        if (_open.TryGetValue(part, out var key))
        {
            return key;
        }

        if (_open.Count >= MaxOpenSessions && _open.FirstOrDefault() is { Value: not null } some)
        {
            if (_open.TryRemove(some))
            {
                some.Value.Dispose();
            }
        }

        var loaded = _keys.GetOrCreate(part);
        var kept = _open.GetOrAdd(part, loaded);
        if (kept != loaded)
        {
            loaded.Dispose();
        }

        return kept;
    }

    private void MakeRoom()
    {
        if (_files.Count >= MaxOpenSessions)
        {
            var clean = _files.Keys.FirstOrDefault(part => !_dirty.Contains(part));
            Close(clean);
        }
    }

    private void Destroy(PayloadPart part)
    {
        _keys.Erase(part);
        File.Delete(PathOf(_directory, part));
    }

    private void Close(PayloadPart part)
    {
        if (!_dirty.Contains(part) && _files.Remove(part, out var file))
        {
            file.Dispose();
        }
    }

    internal static string PathOf(string directory, PayloadPart part) => Path.Combine(directory, part.Name + ".p");
}
