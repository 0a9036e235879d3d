using System.Net;
using System.Text;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>Makes DNS queries and reads what comes back.</summary>
internal static class Question
{
    public const int A = 1;
    public const int Pointer = 12;
    public const int Text = 16;
    public const int Aaaa = 28;

    public static byte[] Of(string name, int type = A, int opCode = 0)
    {
        var bytes = new List<byte> { 0x12, 0x34, (byte)((opCode << 3) | 1), 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in name.Split('.'))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.Latin1.GetBytes(label));
        }

        return [.. bytes, 0, (byte)(type >> 8), (byte)type, 0, 1];
    }

    public static int CodeOf(byte[] answer) => answer[3] & 0xF;

    public static int AnswersOf(byte[] answer) => (answer[6] << 8) | answer[7];

    /// <summary>The address of an answer with one A record.</summary>
    public static IPAddress AddressOf(byte[] answer) => new(answer.AsSpan(answer.Length - 4));
}
