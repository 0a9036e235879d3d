using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Records.Projections;

/// <summary>Finds a text in a projection. Two texts may share a hash: who looks one up compares the text too.</summary>
internal static class TextHash
{
    /// <summary>The first 8 bytes of the SHA-256 of the folded text.</summary>
    public static long Of(string folded) =>
        BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(folded)));
}
