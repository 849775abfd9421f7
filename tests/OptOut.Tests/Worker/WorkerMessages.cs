using System.Buffers.Binary;
using System.Reflection;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace OptOut.Tests.Worker;

/// <summary>
/// Reads and writes the messages between the Functions host and a worker as JSON:
/// https://github.com/Azure/azure-functions-language-worker-protobuf. It uses the descriptors of the worker under test, so
/// the schemas cannot differ.
/// </summary>
internal static class WorkerMessages
{
    private static readonly MessageDescriptor Message = ((FileDescriptor)Assembly.Load("Microsoft.Azure.Functions.Worker.Grpc")
        .GetType("Microsoft.Azure.Functions.Worker.Grpc.Messages.FunctionRpcReflection", throwOnError: true)!
        .GetProperty("Descriptor", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
        .GetValue(null)!).FindTypeByName<MessageDescriptor>("StreamingMessage");

    /// <summary>Frames one message as gRPC does: one byte for the compression, four bytes for the length, then the message.</summary>
    public static byte[] Write(JsonNode message)
    {
        var bytes = JsonParser.Default.Parse(message.ToJsonString(), Message).ToByteArray();
        var frame = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame, 5);
        return frame;
    }

    /// <returns>The next message; null at the end of the stream.</returns>
    public static async Task<JsonObject?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new byte[5];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken) < head.Length)
            return null;
        var bytes = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return (JsonObject)JsonNode.Parse(JsonFormatter.Default.Format(Message.Parser.ParseFrom(bytes)))!;
    }
}
