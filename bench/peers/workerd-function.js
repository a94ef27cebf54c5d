/** The work of `fresh/stamp` as a worker of workerd: adds one to each of the two numbers at the start of the bytes. */
export default {
  async fetch(request) {
    const data = await request.arrayBuffer();
    const numbers = new DataView(data);
    numbers.setUint32(0, numbers.getUint32(0, true) + 1, true);
    numbers.setUint32(4, numbers.getUint32(4, true) + 1, true);
    return new Response(data);
  },
};
